//! Integration tests of the readers.

mod arbitrary;
mod broken;
mod compressed;
mod corpora;
mod folders;
mod formats;
mod read;
mod shapes;
mod twins;

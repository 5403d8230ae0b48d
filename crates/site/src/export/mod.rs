//! The site as files.

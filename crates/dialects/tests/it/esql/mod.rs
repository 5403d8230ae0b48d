//! ES|QL: every query of Elastic's rules, what queries mean, and hostile texts.

mod corpus;
mod goldens;
mod hostile;
mod meaning;
mod rows;

//! ES|QL: every query of Elastic's rules, and hostile texts.

mod corpus;
mod hostile;

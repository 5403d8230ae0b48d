//! The catalog: one SQLite file

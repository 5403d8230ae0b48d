//! A YAML tree that keeps every span

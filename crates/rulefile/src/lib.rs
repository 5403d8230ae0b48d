//! Vendor rule files, sources and their discovery

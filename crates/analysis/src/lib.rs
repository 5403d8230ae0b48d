//! Pure functions over the IR

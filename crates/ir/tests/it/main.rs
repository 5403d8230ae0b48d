//! The IR holds the shapes of real rules: their text, normal form, JSON, shape and polarity.

mod golden;
mod golden_forms;
mod normal_forms;

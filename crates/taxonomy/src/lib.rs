//! Log sources, events, fields and ATT&CK as data

//! How bad what a rule finds is.

/// Severities in order: Sigma's levels
/// (<https://sigmahq.io/sigma-specification/specification/sigma-rules-specification.html>, "Level"),
/// which are Elastic's too but for the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Level {
    /// Nothing to act on
    #[value(alias = "info")]
    Informational,
    /// Seldom of interest
    Low,
    /// To be looked at
    Medium,
    /// To be looked at soon
    High,
    /// To be looked at now
    Critical,
}

impl Level {
    /// The level of a rule's word; `None` where it says none, or one of its own.
    pub(crate) fn of(severity: Option<&str>) -> Option<Level> {
        clap::ValueEnum::from_str(severity?.trim(), true).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_are_in_order() {
        assert!(Level::of(Some("critical")) > Level::of(Some("High")));
        assert!(Level::of(Some("low")) > Level::of(Some("info")));
        assert_eq!(Level::of(Some("info")), Some(Level::Informational));
        assert_eq!((Level::of(Some("severe")), Level::of(None)), (None, None));
    }
}

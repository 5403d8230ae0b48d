//! The files that pages load: one style, one script. They are part of the program.

use crate::answer::Answer;

/// The files by path, with type and text.
pub(crate) const FILES: [(&str, &str, &str); 2] = [
    ("/assets/site.css", "text/css; charset=utf-8", include_str!("site.css")),
    ("/assets/site.js", "text/javascript; charset=utf-8", include_str!("site.js")),
];

pub(crate) fn find(path: &str) -> Option<Answer> {
    let (_, kind, text) = FILES.iter().find(|(of, _, _)| *of == path)?;
    Some(Answer::new(200, kind, *text))
}

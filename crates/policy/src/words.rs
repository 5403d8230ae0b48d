//! Settings of audit policy in words, as `auditpol` prints them in several languages.
//!
//! English is as Microsoft documents it
//! (<https://learn.microsoft.com/windows-server/administration/windows-commands/auditpol-get>); the
//! other languages are as their translations of Windows name success and failure, which has not been
//! checked on machines of each. A word that is not here is told, and never guessed.

use rulescope_taxonomy::audit::Audited;

const BOTH: [&str; 10] = [
    "success and failure",
    "erfolg und fehler",
    "succès et échec",
    "opération réussie et échec",
    "aciertos y errores",
    "operazioni riuscite e non riuscite",
    "esito positivo e negativo",
    "êxito e falha",
    "sucesso e falha",
    "成功および失敗",
];
const SUCCESS: [&str; 12] = [
    "success",
    "erfolg",
    "succès",
    "opération réussie",
    "aciertos",
    "correcto",
    "operazioni riuscite",
    "esito positivo",
    "êxito",
    "sucesso",
    "成功",
    "成功のみ",
];
const FAILURE: [&str; 9] = [
    "failure",
    "fehler",
    "échec",
    "errores",
    "error",
    "operazioni non riuscite",
    "esito negativo",
    "falha",
    "失敗",
];
const NONE: [&str; 11] = [
    "",
    "no auditing",
    "not configured",
    "keine überwachung",
    "pas d'audit",
    "pas d\u{2019}audit",
    "aucun audit",
    "sin auditoría",
    "nessun controllo",
    "sem auditoria",
    "監査なし",
];

/// The setting that words say, in any case; `None` where they are of no language that is known.
pub(crate) fn setting(words: &str) -> Option<Audited> {
    let words = words.trim().to_lowercase();
    let is = |of: &[&str]| of.contains(&words.as_str());
    if is(&BOTH) {
        Some(Audited::BOTH)
    } else if is(&SUCCESS) {
        Some(Audited { success: true, failure: false })
    } else if is(&FAILURE) {
        Some(Audited { success: false, failure: true })
    } else {
        is(&NONE).then(Audited::default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_says_two_things() {
        let all: Vec<&str> = [&BOTH[..], &SUCCESS, &FAILURE, &NONE].concat();
        for word in &all {
            assert_eq!(all.iter().filter(|other| *other == word).count(), 1, "{word}");
            assert_eq!(word.to_lowercase(), **word);
        }
        assert_eq!(setting("Êxito e Falha"), Some(Audited::BOTH));
        assert_eq!(setting("Sukces"), None);
    }
}

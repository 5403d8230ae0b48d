//! Which field a label of the rendered message shows.
//!
//! The pages describe fields by label and show their names only in the example. Most labels are
//! the name with blanks; for the others this file holds what the events' own manifests and
//! examples say (facts as in <https://learn.microsoft.com/windows/security/threat-protection/auditing/event-4624>
//! and its siblings). A name counts only where the event has it.

/// Sections whose labels are about one party, and how the names of its fields may begin. In any
/// other section they are about the target. `Subject` is the only party of a logoff, whose fields
/// are named as a target's.
const PARTIES: [(&str, &[&str]); 3] = [
    ("Subject", &["Subject", "Target", ""]),
    ("Creator Subject", &["Subject"]),
    ("Member", &["Member"]),
];
const TARGET: [&str; 2] = ["Target", ""];

/// Labels of a party, and how the names of its fields end.
const PARTY_FIELDS: [(&str, &[&str]); 7] = [
    ("Security ID", &["UserSid", "Sid"]),
    ("Account Name", &["UserName", "Name", "AccountName", "Sid"]),
    ("Account Domain", &["DomainName", "UserDomainName", "AccountDomain"]),
    ("Logon ID", &["LogonId"]),
    ("Logon GUID", &["LogonGuid"]),
    ("Group Name", &["UserName"]),
    ("Group Domain", &["DomainName"]),
];

/// Labels whose field has another name.
const FIELDS: [(&str, &[&str]); 49] = [
    ("Access Rights", &["AccessGranted"]),
    ("Accesses", &["AccessList"]),
    ("Additional Information", &["AdditionalInfo"]),
    ("Application Correlation ID", &["AppCorrelationID"]),
    ("Application Name", &["Application"]),
    ("Authentication Package", &["AuthenticationPackageName", "PackageName"]),
    ("Caller Process ID", &["ProcessId", "CallerProcessId"]),
    ("Caller Process Name", &["ProcessName", "CallerProcessName"]),
    ("Caller Workstation", &["CallerWorkstation"]),
    ("Class", &["ObjectClass"]),
    ("Client Address", &["IpAddress", "ClientAddress"]),
    ("Client Port", &["IpPort"]),
    ("Correlation ID", &["OpCorrelationID"]),
    ("Creator Process ID", &["ProcessId"]),
    ("Creator Process Name", &["ParentProcessName"]),
    ("DN", &["ObjectDN"]),
    ("Destination Address", &["DestAddress"]),
    ("Destination Port", &["DestPort"]),
    ("Domain ID", &["DomainSid"]),
    ("Error Code", &["Status", "ErrorCode"]),
    ("Failure Code", &["Status", "FailureCode"]),
    ("Filter Run-Time ID", &["FilterRTID"]),
    ("GUID", &["ObjectGUID"]),
    ("Home Drive", &["HomePath"]),
    ("Impersonation Level", &["ImpersonationLevel"]),
    ("LDAP Display Name", &["AttributeLDAPDisplayName"]),
    ("Layer Run-Time ID", &["LayerRTID"]),
    ("Linked Logon ID", &["TargetLinkedLogonId"]),
    ("Logon Account", &["TargetUserName"]),
    ("Logon Process", &["LogonProcessName"]),
    ("Network Account Domain", &["TargetOutboundDomainName"]),
    ("Network Account Name", &["TargetOutboundUserName"]),
    ("New Account Name", &["NewTargetUserName"]),
    ("New Security Descriptor", &["NewSd"]),
    ("Old Account Name", &["OldTargetUserName"]),
    ("Original Security Descriptor", &["OldSd"]),
    ("Package Name (NTLM only)", &["LmPackageName"]),
    ("Privileges", &["PrivilegeList"]),
    ("Process Command Line", &["CommandLine"]),
    ("Result Code", &["Status"]),
    ("Service ID", &["ServiceSid"]),
    ("Share Path", &["ShareLocalPath"]),
    ("Source Address", &["SourceAddr", "IpAddress"]),
    ("Source Network Address", &["IpAddress"]),
    ("Source Port", &["SourcePort", "IpPort"]),
    ("Source Workstation", &["Workstation"]),
    ("Syntax (OID)", &["AttributeSyntaxOID"]),
    ("Transited Services", &["TransmittedServices"]),
    ("Value", &["AttributeValue"]),
];

/// The field that a label of a section shows, among those that the event has.
pub(super) fn field<'a>(section: &str, label: &str, shown: &[&'a str]) -> Option<&'a str> {
    let has = |name: &str| shown.iter().copied().find(|known| known.eq_ignore_ascii_case(name));
    let party = PARTIES.iter().find(|(known, _)| known.eq_ignore_ascii_case(section));
    let begins = party.map_or(&TARGET[..], |(_, begins)| begins);
    let ends = PARTY_FIELDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(label));
    if let Some((_, ends)) = ends {
        let names =
            begins.iter().flat_map(|begin| ends.iter().map(move |end| format!("{begin}{end}")));
        return names.into_iter().find_map(|name| has(&name));
    }
    let other = FIELDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(label));
    has(&squashed(label))
        .or_else(|| other.and_then(|(_, names)| names.iter().find_map(|name| has(name))))
        .or_else(|| has(&format!("{}{}", squashed(section), squashed(label))))
}

fn squashed(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_known_in_their_section() {
        let process = [
            "SubjectUserSid",
            "SubjectUserName",
            "TargetUserSid",
            "NewProcessId",
            "ProcessId",
            "CommandLine",
        ];
        assert_eq!(field("Creator Subject", "Security ID", &process), Some("SubjectUserSid"));
        assert_eq!(field("Target Subject", "Security ID", &process), Some("TargetUserSid"));
        assert_eq!(field("Process Information", "New Process ID", &process), Some("NewProcessId"));
        assert_eq!(field("Process Information", "Creator Process ID", &process), Some("ProcessId"));
        assert_eq!(
            field("Process Information", "Process Command Line", &process),
            Some("CommandLine")
        );
        assert_eq!(field("Subject", "Security ID", &["TargetUserSid"]), Some("TargetUserSid"));
        assert_eq!(field("Creator Subject", "Security ID", &["TargetUserSid"]), None);
        assert_eq!(field("Subject", "Logon ID", &process), None, "the event has no such field");
        assert_eq!(field("Network Information", "Direction", &["Direction"]), Some("Direction"));
    }

    #[test]
    fn tables_are_sorted() {
        assert!(FIELDS.is_sorted_by_key(|(label, _)| label));
    }
}

//! Values: a field that holds a part of the canonical one is computed from it.

use rulescope_ir::{Field, Function, Literal, Regex, Scalar, Span, Value};

use super::{Meaning, Names, pattern, predicate, renamed};
use crate::fields::{How, Mapping};

/// Gives the fields of a value their canonical names.
pub(super) fn rewrite(value: &mut Value, names: &Names<'_>) {
    match value {
        Value::Field(field) => {
            if let Some(computed) = of_field(field, names) {
                *value = computed;
            }
        }
        Value::Literal(literal) => scalar(&mut literal.value, names),
        Value::List(items) => items.iter_mut().for_each(|v| rewrite(v, names)),
        Value::Call { args, .. } => args.iter_mut().for_each(|v| rewrite(v, names)),
        Value::Truth(expr) => {
            // A condition as a value can stand under anything: its losses are not followed.
            pattern::expr(expr, names, &mut predicate::shown_expr);
        }
        Value::Opaque { .. } => {}
    }
}

/// The same for what a test compares with.
pub(super) fn scalar(scalar: &mut Scalar, names: &Names<'_>) {
    match scalar {
        Scalar::Field(field) => {
            if let Some(computed) = of_field(field, names) {
                *scalar = Scalar::Value(Box::new(computed));
            }
        }
        Scalar::Value(value) => rewrite(value, names),
        Scalar::Text(_)
        | Scalar::Glob(_)
        | Scalar::Number(_)
        | Scalar::Bool(_)
        | Scalar::Null
        | Scalar::Regex(_)
        | Scalar::Network(_)
        | Scalar::Placeholder(_) => {}
    }
}

/// Renames a field, or gives the value that stands for it.
pub(super) fn of_field(field: &mut Field, names: &Names<'_>) -> Option<Value> {
    match names.meaning(&field.native) {
        Meaning::Own(name) | Meaning::Unmapped(name) => {
            *field = renamed(field, &name);
            None
        }
        Meaning::Mapped(mapping) if mapping.how == How::Same => {
            *field = renamed(field, &mapping.canonical);
            None
        }
        Meaning::Mapped(mapping) => {
            let computed = computed(field, &mapping);
            if computed.is_none() {
                *field =
                    renamed(field, &crate::fields::unmapped(names.naming.vendor, &field.native));
            }
            computed
        }
    }
}

fn text(text: &str) -> Value {
    Value::Literal(Literal::new(Scalar::Text(text.to_owned()), Span::NONE))
}

fn regex(source: &str) -> Value {
    let regex = Regex { source: source.to_owned(), flags: String::new(), whole: false };
    Value::Literal(Literal::new(Scalar::Regex(regex), Span::NONE))
}

/// The vendor's value computed from the canonical field; `None` where that can't be said (words of
/// the vendor, elements of a list).
pub(super) fn computed(field: &Field, mapping: &Mapping) -> Option<Value> {
    let canonical = Value::Field(renamed(field, &mapping.canonical));
    match mapping.how {
        How::Same => Some(canonical),
        How::Basename | How::RegistryValue | How::User => {
            Some(Value::call(Function::Basename, vec![canonical]))
        }
        How::Directory | How::RegistryKey => {
            let last = regex(r"[\\/][^\\/]*$");
            Some(Value::call(Function::Replace, vec![canonical, last, text("")]))
        }
        How::Extension => {
            let suffix = regex(r"\.([^.\\/]*)$");
            Some(Value::call(Function::Extract, vec![canonical, suffix, text("1")]))
        }
        How::Domain => {
            let domain = regex(r"^([^\\]*)\\");
            Some(Value::call(Function::Extract, vec![canonical, domain, text("1")]))
        }
        How::Account => {
            let domain = Value::Field(renamed(field, &domain_field(&mapping.canonical)));
            Some(Value::call(Function::Concat, vec![domain, text("\\"), canonical]))
        }
        How::Token | How::Words(_) | How::Scope | How::Filled => None,
    }
}

/// The field with the domain of the account that a field names: `SubjectDomainName` of
/// `SubjectUserName`.
pub(super) fn domain_field(name: &str) -> String {
    name.replace("UserName", "DomainName")
}

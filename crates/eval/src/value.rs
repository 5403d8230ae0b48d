//! Values that a row gives.

use rulescope_ir::{Scalar, Value};

use crate::datum::Datum;
use crate::env::Env;
use crate::event::View;
use crate::expr::eval_expr;
use crate::function;
use crate::truth::Truth;

/// The value on a row; `None` where it is absent, [`Datum::Unknown`] where nobody can say.
pub fn eval_value(value: &Value, view: &dyn View, env: &Env) -> Option<Datum> {
    match value {
        Value::Field(field) => env.field(view, field.name()),
        Value::Literal(literal) => scalar(&literal.value, view, env),
        Value::List(items) => {
            Datum::List(items.iter().filter_map(|v| eval_value(v, view, env)).collect()).present()
        }
        Value::Call { function, args } => function::call(*function, args, view, env),
        Value::Truth(expr) => Some(match eval_expr(expr, view, env) {
            Truth::False => Datum::Bool(false),
            Truth::Unknown => Datum::Unknown,
            Truth::True => Datum::Bool(true),
        }),
        Value::Opaque { .. } => Some(Datum::Unknown),
    }
}

fn scalar(scalar: &Scalar, view: &dyn View, env: &Env) -> Option<Datum> {
    match scalar {
        Scalar::Text(_) | Scalar::Glob(_) | Scalar::Regex(_) | Scalar::Network(_) => {
            Some(Datum::text(scalar.display()))
        }
        Scalar::Number(n) => Some(Datum::Number(n.clone())),
        Scalar::Bool(b) => Some(Datum::Bool(*b)),
        Scalar::Null => None,
        Scalar::Field(field) => env.field(view, field.name()),
        Scalar::Value(value) => eval_value(value, view, env),
        Scalar::Placeholder(_) => Some(Datum::Unknown),
    }
}

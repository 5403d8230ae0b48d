//! Commands with the parts that their meaning depends on.

use super::{
    Aggregate, Arg, Assignment, By, Expr, MacroCall, Opt, Pipeline, Query, SearchExpr, Text,
};

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// `search`: events that an expression holds for.
    Search(SearchExpr),
    /// `where`: rows that an expression holds for.
    Where(Expr),
    /// `eval`: fields that are set, in order; a later one reads the earlier ones.
    Eval(Vec<Assignment>),
    /// `stats`, `eventstats`, `streamstats`, `sistats`.
    Stats {
        /// Which.
        kind: StatsKind,
        /// Its options.
        options: Vec<Opt>,
        /// What is computed.
        aggregates: Vec<Aggregate>,
        /// Of which groups.
        by: Option<By>,
    },
    /// `tstats`, and `mstats` of the same form.
    Tstats(Tstats),
    /// `chart`, `timechart`.
    Chart(Chart),
    /// `top`, `rare`, `sitop`, `sirare`.
    Tally(Tally),
    /// `rename`.
    Rename(Vec<Renaming>),
    /// `fields`.
    Fields {
        /// Whether they are kept or removed.
        mode: FieldsMode,
        /// The fields, wildcards allowed.
        fields: Vec<Text>,
    },
    /// `table`.
    Table(Vec<Text>),
    /// `rex`.
    Rex(Rex),
    /// `regex`.
    Regex {
        /// The field; `_raw` where it is left out.
        field: Option<Text>,
        /// Whether events that match are removed (`!=`).
        negated: bool,
        /// The regular expression.
        pattern: Text,
    },
    /// `spath`.
    Spath(Spath),
    /// `lookup`.
    Lookup(Lookup),
    /// `inputlookup`.
    InputLookup {
        /// Its options (`append`, `start`, `max`).
        options: Vec<Opt>,
        /// The table.
        table: Text,
        /// Only rows that this holds for.
        filter: Option<SearchExpr>,
    },
    /// `outputlookup`, `outputcsv`.
    OutputLookup {
        /// Its options.
        options: Vec<Opt>,
        /// The table.
        table: Text,
    },
    /// `join`.
    Join(Join),
    /// `append`, `appendcols`, `appendpipe`, `union`, `multisearch`.
    Branches(Branches),
    /// `bin`, `bucket`, `discretize`.
    Bin(Bin),
    /// `dedup`.
    Dedup(Dedup),
    /// `transaction`.
    Transaction(Transaction),
    /// `convert`.
    Convert {
        /// Its options (`timeformat`).
        options: Vec<Opt>,
        /// The conversions.
        conversions: Vec<Conversion>,
    },
    /// `fillnull`, `filldown`.
    Fill {
        /// Its options (`value`).
        options: Vec<Opt>,
        /// The fields; every field where there is none.
        fields: Vec<Text>,
    },
    /// `mvexpand`, `makemv`, `mvcombine`, `nomv`.
    Multivalue(Multivalue),
    /// `sort`.
    Sort {
        /// How many rows are kept; 0 for all.
        count: Option<Text>,
        /// The keys.
        keys: Vec<SortKey>,
        /// Whether the whole order is turned (`desc` at the end).
        reversed: bool,
    },
    /// `head`, `tail`.
    Slice(Slice),
    /// `replace`.
    Replace {
        /// What is replaced by what; wildcards allowed.
        pairs: Vec<(Text, Text)>,
        /// In which fields; in all where there is none.
        fields: Vec<Text>,
    },
    /// `from`, `datamodel`, `datamodelsimple`.
    From(DataSource),
    /// `foreach`.
    Foreach(Foreach),
    /// `map`.
    Map(Map),
    /// A known command whose arguments are kept as they are: it presents results, adds fields of
    /// its own, or computes what no log holds.
    Plain(Vec<Arg>),
    /// A macro in place of a command.
    Macro(MacroCall),
    /// A command that is not known, or could not be read.
    Opaque {
        /// Its text.
        text: String,
        /// Whether the command is known.
        known: bool,
    },
}

/// Which rows an aggregate is given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatsKind {
    /// A row for every group.
    Stats,
    /// Every row, of its whole group.
    EventStats,
    /// Every row, of the rows so far.
    StreamStats,
    /// A row for every group, in a form for a later `stats`.
    SiStats,
}

/// `tstats`: aggregates over indexed fields or a data model.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tstats {
    /// Its options (`prestats`, `summariesonly`, `allow_old_summaries`, `fillnull_value`, …).
    pub options: Vec<Opt>,
    /// What is computed.
    pub aggregates: Vec<Aggregate>,
    /// What it reads.
    pub from: Option<DataSource>,
    /// Only events that this holds for; `OR` binds tighter than `AND`.
    pub filter: Option<SearchExpr>,
    /// Of which groups.
    pub by: Option<By>,
}

/// `chart` and `timechart`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chart {
    /// Its options.
    pub options: Vec<Opt>,
    /// What is computed.
    pub aggregates: Vec<Aggregate>,
    /// The field that makes rows, in `chart`.
    pub over: Option<Text>,
    /// The fields that make columns, or rows and columns.
    pub by: Option<By>,
    /// Which columns are shown, kept as it is.
    pub columns: Vec<Arg>,
}

/// `top` and `rare`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Whether the rarest are wanted.
    pub rare: bool,
    /// How many, where that stands before the fields.
    pub count: Option<Text>,
    /// Its options.
    pub options: Vec<Opt>,
    /// The fields.
    pub fields: Vec<Text>,
    /// Of which groups.
    pub by: Option<By>,
}

/// A field with a new name; wildcards stand for the same in both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renaming {
    /// The name before.
    pub from: Text,
    /// The name after.
    pub to: Text,
}

/// What `fields` does with its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldsMode {
    /// They are kept.
    Keep,
    /// They are removed.
    Remove,
}

/// `rex`: fields out of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rex {
    /// Its options (`field`, `mode`, `max_match`, `offset_field`).
    pub options: Vec<Opt>,
    /// The regular expression or, in mode `sed`, the replacement.
    pub pattern: Text,
}

/// `spath`: fields out of JSON or XML.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spath {
    /// Its options (`input`, `output`, `path`).
    pub options: Vec<Opt>,
    /// The path, where it stands without `path=`.
    pub path: Option<Text>,
}

/// A field of a lookup table and the field of the event that goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupPair {
    /// The table's field.
    pub table: Text,
    /// The event's field; the same name where it is left out.
    pub event: Option<Text>,
}

/// Whether a lookup writes over what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutputMode {
    /// `OUTPUT`: it does.
    Output,
    /// `OUTPUTNEW`: it does not.
    OutputNew,
}

/// `lookup`: fields of a table's row that fits the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// Its options (`local`, `update`).
    pub options: Vec<Opt>,
    /// The table.
    pub table: Text,
    /// The fields that must be equal.
    pub inputs: Vec<LookupPair>,
    /// The fields that are added; all others of the table where there is none.
    pub outputs: Option<(OutputMode, Vec<LookupPair>)>,
}

/// `join`: rows of another search with the same values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// Its options (`type`, `max`, `overwrite`, `left`, `right`, …).
    pub options: Vec<Opt>,
    /// The fields that must be equal; all that both have where there is none.
    pub fields: Vec<Text>,
    /// What must hold of both, in the form `where left.x = right.y`.
    pub filter: Option<SearchExpr>,
    /// The other search.
    pub subsearch: Pipeline,
}

/// Further searches beside this one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Branches {
    /// Its options.
    pub options: Vec<Opt>,
    /// Data sets by name, in `union`.
    pub datasets: Vec<Text>,
    /// The searches.
    pub branches: Vec<Pipeline>,
}

/// `bin`: a field's values to ranges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bin {
    /// Its options (`span`, `bins`, …).
    pub options: Vec<Opt>,
    /// The field.
    pub field: Text,
    /// The name of the result.
    pub alias: Option<Text>,
}

/// `dedup`: the first rows of equal values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dedup {
    /// How many of each are kept.
    pub count: Option<Text>,
    /// The fields.
    pub fields: Vec<Text>,
    /// Its options (`keepevents`, `keepempty`, `consecutive`).
    pub options: Vec<Opt>,
    /// In which order rows are taken.
    pub order: Vec<SortKey>,
}

/// `transaction`: rows that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transaction {
    /// The fields that must be equal.
    pub fields: Vec<Text>,
    /// Its options (`maxspan`, `maxpause`, `connected`, …).
    pub options: Vec<Opt>,
    /// What the first row is.
    pub starts: Option<Boundary>,
    /// What the last row is.
    pub ends: Option<Boundary>,
}

/// The row that a transaction starts or ends with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Boundary {
    /// A search expression holds for it.
    Search(SearchExpr),
    /// An `eval` expression holds for it.
    Eval(Expr),
    /// A search expression in quotes, or a word.
    Text(Text),
}

/// A function that `convert` puts on a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    /// The function.
    pub function: Text,
    /// The field, wildcards allowed.
    pub field: Text,
    /// The name of the result.
    pub alias: Option<Text>,
}

/// A command on one field that has several values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Multivalue {
    /// Its options (`delim`, `tokenizer`, `allowempty`, `setsv`, `limit`).
    pub options: Vec<Opt>,
    /// The field.
    pub field: Text,
}

/// A key that rows are sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortKey {
    /// From the greatest down (`-`).
    pub descending: bool,
    /// How values are compared (`num`, `str`, `ip`, `auto`).
    pub order: Option<Text>,
    /// The field.
    pub field: Text,
}

/// `head` and `tail`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Slice {
    /// How many rows.
    pub count: Option<Text>,
    /// Its options (`limit`, `null`, `keeplast`).
    pub options: Vec<Opt>,
    /// As long as this holds.
    pub until: Option<Expr>,
}

/// A data model, dataset or index of a kind that is not `search`'s.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataSource {
    /// `datamodel`, `inputlookup`, `savedsearch`, `sid`; `None` where a name stands alone.
    pub kind: Option<Text>,
    /// The name, of a data model with its dataset as far as it is given.
    pub name: Text,
    /// What else stands there, kept as it is.
    pub rest: Vec<Arg>,
}

/// `foreach`: a command for every field of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreach {
    /// Its options (`fieldstr`, `mode`, …).
    pub options: Vec<Opt>,
    /// The fields, wildcards allowed.
    pub fields: Vec<Text>,
    /// What is done; `<<FIELD>>` stands for the field's name in it.
    pub pipeline: Pipeline,
}

/// `map`: a search for every row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map {
    /// Its options other than the search (`maxsearches`), and the name of a saved search.
    pub args: Vec<Arg>,
    /// The search as written.
    pub search: Option<Text>,
    /// The same as read; its spans count in its own expanded text.
    pub query: Option<Box<Query>>,
    /// Where the search stands in brackets instead.
    pub subsearch: Option<Pipeline>,
}

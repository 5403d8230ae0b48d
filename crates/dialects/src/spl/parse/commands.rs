//! Which grammar reads which command.

use super::{Parser, Read};
use crate::spl::ast::{Command, StatsKind};

impl Parser<'_> {
    /// Reads the arguments of a known command.
    pub(super) fn command(&mut self, name: &str) -> Read<Command> {
        match name {
            "search" => self.search_command(),
            "where" => self.where_command(),
            "eval" => self.eval_command(),
            "stats" => self.stats_command(StatsKind::Stats),
            "eventstats" => self.stats_command(StatsKind::EventStats),
            "streamstats" => self.stats_command(StatsKind::StreamStats),
            "sistats" => self.stats_command(StatsKind::SiStats),
            "tstats" | "mstats" => self.tstats_command(),
            "chart" | "timechart" => self.chart_command(),
            "top" | "sitop" => self.tally_command(false),
            "rare" | "sirare" => self.tally_command(true),
            "rename" => self.rename_command(),
            "fields" => self.fields_command(),
            "table" => Ok(Command::Table(self.names(&[]))),
            "rex" => self.rex_command(),
            "regex" => self.regex_command(),
            "spath" => self.spath_command(),
            "lookup" => self.lookup_command(),
            "inputlookup" => self.inputlookup_command(),
            "outputlookup" | "outputcsv" => self.outputlookup_command(),
            "join" => self.join_command(),
            "append" | "appendcols" | "appendpipe" | "union" | "multisearch" => {
                self.branches_command()
            }
            "bin" | "bucket" | "discretize" => self.bin_command(),
            "dedup" => self.dedup_command(),
            "transaction" => self.transaction_command(),
            "convert" => self.convert_command(),
            "fillnull" | "filldown" => self.fill_command(),
            "mvexpand" | "makemv" | "mvcombine" | "nomv" => self.multivalue_command(),
            "sort" => self.sort_command(),
            "head" | "tail" => self.slice_command(),
            "replace" => self.replace_command(),
            "from" => self.dataset_command(),
            "datamodel" | "datamodelsimple" => self.datamodel_command(),
            "foreach" => self.foreach_command(),
            "map" => self.map_command(),
            _ => Ok(Command::Plain(self.args()?)),
        }
    }
}

//! Scans as they are meant to come out: on logs of real attacks, and on small ones of our own.

mod agree;
mod elastic;
mod fires;
mod misses;
mod mutation;
mod peers;
mod regression;
mod samples;
mod silence;
mod splunk;
mod support;
mod watch;
mod wmiexec;

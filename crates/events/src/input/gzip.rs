//! Gzip of one or several members
//! (<https://www.rfc-editor.org/rfc/rfc1952>, section 2.2), with the zeros after them that copies to
//! tapes and disks leave.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

use super::Bytes;

/// The bytes of a gzip stream.
pub(super) struct Gzip {
    /// The member that is read; `None` after the last.
    member: Option<GzDecoder<Bytes>>,
}

impl Gzip {
    pub(super) fn new(bytes: Bytes) -> Gzip {
        Gzip { member: Some(GzDecoder::new(bytes)) }
    }
}

impl Read for Gzip {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let count = member.read(out)?;
            if count > 0 || out.is_empty() {
                return Ok(count);
            }
            let Some(member) = self.member.take() else { break };
            let mut rest = member.into_inner();
            if !at_end(&mut rest)? {
                self.member = Some(GzDecoder::new(rest));
            }
        }
        Ok(0)
    }
}

/// Passes zeros; whether nothing stands after them.
fn at_end(bytes: &mut Bytes) -> io::Result<bool> {
    loop {
        let input = bytes.fill_buf()?;
        if input.is_empty() {
            return Ok(true);
        }
        let zeros = input.iter().take_while(|b| **b == 0).count();
        let all = zeros == input.len();
        bytes.consume(zeros);
        if !all {
            return Ok(false);
        }
    }
}

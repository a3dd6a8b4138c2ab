//! Rows for `COPY … (format binary)`: PostgreSQL takes them page by page, with less work and less of its log than an INSERT.
//!
//! The format is that of <https://www.postgresql.org/docs/current/sql-copy.html>: a signature, then per row the number of its columns
//! and per column its length and its bytes, big end first.

use chrono::{DateTime, Utc};

use super::CheckRow;
use crate::columns;

/// The columns in the order in which `rows` writes them.
pub(super) const STATEMENT: &str =
    "copy checks (slot_at, service_key, stands_for_ms, total_us, status_code, late_ms, verdict, code, phase, attempts, phases, detail)
     from stdin (format binary)";

const COLUMNS: i16 = 12;

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";

/// Neither flags nor an extension of the header.
const HEADER_END: [u8; 8] = [0; 8];

/// Where a row would have its number of columns.
const END: i16 = -1;

/// PostgreSQL counts time from here: 2000-01-01 00:00 UTC, in seconds since 1970.
const EPOCH: i64 = 946_684_800;

/// Bytes of a row without its phases and its detail.
const FIXED: usize = 94;

/// Rows as one stream.
pub(super) fn rows(rows: &[&CheckRow]) -> Vec<u8> {
    let varying: usize = rows
        .iter()
        .map(|row| row.phases.len() + row.detail.len())
        .sum();
    let mut bytes = Vec::with_capacity(32 + FIXED * rows.len() + varying);
    bytes.extend(SIGNATURE);
    bytes.extend(HEADER_END);
    for row in rows {
        bytes.extend(COLUMNS.to_be_bytes());
        column(&mut bytes, &micros(row.slot).to_be_bytes());
        for number in [row.service.0, row.stands_for_ms, row.total_us] {
            column(&mut bytes, &number.to_be_bytes());
        }
        for number in [row.status_code, row.late_ms, row.verdict, row.code] {
            column(&mut bytes, &number.to_be_bytes());
        }
        for number in [row.phase, row.attempts] {
            column(&mut bytes, &columns::to_digit(number).to_be_bytes());
        }
        column(&mut bytes, &row.phases);
        column(&mut bytes, row.detail.as_bytes());
    }
    bytes.extend(END.to_be_bytes());
    bytes
}

fn column(bytes: &mut Vec<u8>, value: &[u8]) {
    // What is stored of a look is bounded far below; a length that did not fit would be refused as a broken row.
    bytes.extend(i32::try_from(value.len()).unwrap_or(i32::MIN).to_be_bytes());
    bytes.extend(value);
}

fn micros(time: DateTime<Utc>) -> i64 {
    time.timestamp_micros() - EPOCH * 1_000_000
}

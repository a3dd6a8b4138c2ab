//! What vendors say, beside our own verdict.

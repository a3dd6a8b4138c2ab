//! Everything about reading vendors' pages that is tested from outside.

mod catalogue;
mod discovery;
mod faults;
mod fuzz;
mod hostile;
mod recordings;
mod rendering;
mod selection;
mod snapshots;
mod web;
mod whole_pages;

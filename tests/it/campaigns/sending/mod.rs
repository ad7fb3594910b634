//! Sending campaigns: through the pages, into a real mail server's wire, with everything that can go wrong.

mod audience;
mod bulk;
mod leaving;
mod manners;
mod reports;
mod support;
mod troubles;
mod variants;

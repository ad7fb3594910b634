//! The `waymark` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    match waymark::command::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("waymark: {error:#}");
            ExitCode::FAILURE
        }
    }
}

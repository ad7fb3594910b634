//! The `waymark` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    match waymark::command::run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("waymark: {error:#}");
            ExitCode::FAILURE
        }
    }
}

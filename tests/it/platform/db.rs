//! Statements written as SQL.

use diesel::debug_query;
use diesel::pg::Pg;
use diesel::sql_types::{Integer, Text};
use waymark::platform::db::{Statement, statement};

fn written(asked: &Statement<'_>) -> String {
    debug_query::<Pg, _>(asked).to_string()
}

#[test]
fn each_occurrence_of_a_parameter_brings_its_value() {
    let asked = statement("SELECT $1::text WHERE $2 > 0 AND $1 <> '' AND $2 < 9")
        .bind::<Text, _>("a")
        .bind::<Integer, _>(7);
    assert_eq!(
        written(&asked),
        "SELECT $1::text WHERE $2 > 0 AND $3 <> '' AND $4 < 9 -- binds: [\"a\", 7, \"a\", 7]"
    );
}

#[test]
fn two_digits_are_one_parameter() {
    let many = (1..=11).fold(statement("SELECT $11, $1"), |asked, value| {
        asked.bind::<Integer, _>(value)
    });
    assert_eq!(written(&many), "SELECT $1, $2 -- binds: [11, 1]");
}

#[test]
fn what_is_no_parameter_stays_as_it_is() {
    let asked = statement("SELECT '5 $', $a$x$a$, $1, $2, $0").bind::<Integer, _>(1);
    assert_eq!(written(&asked), "SELECT '5 $', $a$x$a$, $1, $2, $0 -- binds: [1]");
    assert_eq!(
        written(&statement(String::from("SELECT 1"))),
        "SELECT 1 -- binds: []"
    );
}

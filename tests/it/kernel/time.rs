//! Time in words.

use waymark::kernel::time::waiting_time;

#[test]
fn how_long_to_wait_is_said_as_people_say_it() {
    for (seconds, words) in [
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (61, "2 minutes"),
        (899, "15 minutes"),
    ] {
        assert_eq!(waiting_time(seconds), words);
    }
}

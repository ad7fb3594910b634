//! Two ways to ask: at an even pace, and as fast as answers come.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::Outcome;
use crate::figures::Latencies;

/// Timers wake up to this much late; that is ours and not the portal's.
const TIMER: Duration = Duration::from_millis(2);
/// How long a portal may warm up before anything counts.
const WARM_UP: Duration = Duration::from_secs(1);

/// Asks `rate` times a second, whether or not earlier answers have come, and measures from the moment a question was due,
/// or from when it was asked if that is only the timer's delay: a server that falls behind cannot hide it.
pub async fn steady<F>(rate: u32, period: Duration, ask: impl Fn(usize) -> F) -> Outcome<Latencies>
where
    F: Future<Output = Outcome<()>> + Send + 'static,
{
    let pace = Duration::from_secs(1) / rate;
    let start = Instant::now();
    let mut asked = JoinSet::new();
    let mut number = 0;
    while start.elapsed() < WARM_UP + period {
        let due = start + pace * u32::try_from(number)?;
        tokio::time::sleep_until(due.into()).await;
        let due = if due.elapsed() < TIMER {
            Instant::now()
        } else {
            due
        };
        let answer = ask(number);
        asked.spawn(async move {
            answer.await?;
            Outcome::Ok((due, due.elapsed()))
        });
        number += 1;
    }
    let (mut latencies, mut failed) = (Vec::new(), 0);
    while let Some(answer) = asked.join_next().await {
        let Ok((due, took)) = answer? else {
            failed += 1;
            continue;
        };
        if due.duration_since(start) > WARM_UP {
            latencies.push(took);
        }
    }
    if failed > 0 {
        println!("    {failed} of {number} were not answered: the machine is too busy for this rate");
    }
    Ok(Latencies::new(latencies))
}

/// Asks from `clients` at once, each again as soon as it has its answer; answers how many were answered in what time.
pub async fn flat_out<F>(
    clients: usize,
    period: Duration,
    ask: impl Fn(usize) -> F + Clone,
) -> Outcome<(usize, Duration)>
where
    F: Future<Output = Outcome<()>>,
{
    let (start, count) = (Instant::now(), Arc::new(AtomicUsize::new(0)));
    let asking = (0..clients).map(|client| {
        let (ask, count) = (ask.clone(), count.clone());
        async move {
            let mut turn = 0;
            while start.elapsed() < period {
                // Every client keeps to its own questions: the same person does not write twice at once.
                ask(client + turn * clients).await?;
                count.fetch_add(1, Ordering::Relaxed);
                turn += 1;
            }
            Outcome::Ok(())
        }
    });
    futures_util::future::try_join_all(asking).await?;
    Ok((count.load(Ordering::Relaxed), start.elapsed()))
}

//! What the kit page draws.

use super::{BarChart, Caption, Funnel, LineChart, Measure, Series, StackedChart, StackedInput, sparkline};

/// The charts of the `/kit` page. Their figures are examples.
pub struct KitCharts {
    pub bars: BarChart,
    pub funnel: Funnel,
    pub stacked: StackedChart,
    pub line: LineChart,
    pub spark: String,
}

impl KitCharts {
    /// One chart of each kind.
    pub fn examples() -> Self {
        Self {
            bars: BarChart::new(
                caption("kit-bars", "Messages by team", "Depot north writes the most."),
                measures(&[
                    ("Depot north", 640.0),
                    ("Night shift", 412.0),
                    ("Regional and suburban lines", 97.0),
                    ("Harbour", 0.0),
                ]),
            ),
            funnel: Funnel::new(
                caption(
                    "kit-funnel",
                    "Minutes of the November meeting",
                    "31 of 48 people confirmed.",
                ),
                measures(&[("Sent", 48.0), ("Seen", 40.0), ("Confirmed", 31.0)]),
            ),
            stacked: example_stack(),
            line: example_line(),
            spark: sparkline(&[480.0, 502.0, 495.0, 530.0, 521.0, 560.0, 611.0]),
        }
    }
}

fn example_stack() -> StackedChart {
    StackedChart::new(
        caption("kit-stack", "How people were reached", "Most read in the portal."),
        "Team",
        &["Portal", "E-mail", "Push", "Not reached"],
        [
            ("Depot north", [320.0, 120.0, 60.0, 12.0]),
            ("Night shift", [90.0, 180.0, 110.0, 40.0]),
        ]
        .map(|(label, parts)| StackedInput {
            label: label.to_owned(),
            shown: format!("{:.0}", parts.iter().sum::<f64>()),
            parts: parts.to_vec(),
        })
        .into(),
        |amount| format!("{amount:.0}"),
    )
}

fn example_line() -> LineChart {
    let weeks: Vec<String> = (40..48).map(|week| format!("Week {week}")).collect();
    let posts = Series {
        name: "Messages".to_owned(),
        amounts: vec![310.0, 402.0, 380.0, 455.0, 610.0, 590.0, 702.0, 748.0],
    };
    let replies = Series {
        name: "Replies".to_owned(),
        amounts: vec![120.0, 140.0, 190.0, 170.0, 260.0, 300.0, 290.0, 352.0],
    };
    LineChart::new(
        caption(
            "kit-line",
            "Messages and replies a week",
            "Messages rose from 310 to 748 in eight weeks; replies followed.",
        ),
        "Week",
        &weeks,
        vec![posts, replies],
        |amount| format!("{amount:.0}"),
    )
}

fn caption(id: &str, title: &str, summary: &str) -> Caption {
    Caption {
        id: id.to_owned(),
        title: title.to_owned(),
        summary: summary.to_owned(),
    }
}

fn measures(amounts: &[(&str, f64)]) -> Vec<Measure> {
    amounts
        .iter()
        .map(|(label, amount)| Measure {
            label: (*label).to_owned(),
            amount: *amount,
            shown: format!("{amount:.0}"),
        })
        .collect()
}

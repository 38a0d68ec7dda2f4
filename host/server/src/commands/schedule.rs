//! `entrepot schedule …`

use anyhow::{Result, anyhow};
use entrepot_channels::ScheduleChange;
use entrepot_domain::schedule::{Rule, ScheduleKind, WhenBusy};
use entrepot_store::schedules::ScheduleRow;

use crate::cli::{ScheduleArgs, ScheduleCommand};
use crate::host::Host;
use crate::output::{Output, moment, table};

pub(crate) async fn run(host: &Host, command: ScheduleCommand, output: Output) -> Result<()> {
    match command {
        ScheduleCommand::List { channel } => {
            let rows = host.app.channels.schedules(&host.tenant, &channel).await?;
            output.say(&rows, || shown(&rows))
        }
        ScheduleCommand::Set(arguments) => {
            let (channel, kind, change) = read(arguments)?;
            let row = host.app.channels.set_schedule(&host.tenant, &channel, kind, change).await?;
            output.say(&row, || shown(std::slice::from_ref(&row)))
        }
    }
}

fn read(arguments: ScheduleArgs) -> Result<(String, ScheduleKind, ScheduleChange)> {
    let ScheduleArgs { channel, kind, rule, time_zone, jitter, when_busy, on, off } = arguments;
    let kind = ScheduleKind::parse(&kind).ok_or_else(|| anyhow!("{kind:?} is not full, delta or stock"))?;
    let change = ScheduleChange {
        rule: rule.map(|rule| rule.parse::<Rule>()).transpose().map_err(|error| anyhow!(error))?,
        time_zone,
        jitter_ms: jitter.map(|minutes| minutes.saturating_mul(60_000)),
        when_busy: when_busy.as_deref().and_then(WhenBusy::parse),
        enabled: (on || off).then_some(on),
    };
    Ok((channel, kind, change))
}

fn shown(rows: &[ScheduleRow]) -> String {
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let last = match (&row.last_at, &row.last_run, &row.note) {
                (None, ..) => "never".to_owned(),
                (Some(at), Some(run), _) => format!("{} {run}", moment(*at)),
                (Some(at), None, note) => format!("{} none: {}", moment(*at), note.as_deref().unwrap_or_default()),
            };
            vec![
                row.kind.clone(),
                row.rule.clone(),
                row.time_zone.clone(),
                format!("{} min", row.jitter_ms / 60_000),
                row.when_busy.clone(),
                if row.enabled == 1 { moment(row.next_at) } else { "off".to_owned() },
                last,
            ]
        })
        .collect();
    table(&["KIND", "RULE", "TIME ZONE", "JITTER", "WHEN BUSY", "NEXT (UTC)", "LAST (UTC)"], &cells)
}

mod runs;
mod schedules;

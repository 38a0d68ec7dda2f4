#![doc = include_str!("../README.md")]

mod labels;
mod metric;
mod recorder;

pub use metric::{Kind, Metric, Spec};
pub use recorder::{Metrics, Running, Sample};

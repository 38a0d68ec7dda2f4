mod promote;
mod remove;

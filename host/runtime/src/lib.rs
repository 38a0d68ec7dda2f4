//! The sandbox: engine, limits, generations, one module per host capability

//! cargo adapter: build an adapter crate into a component with its manifest embedded

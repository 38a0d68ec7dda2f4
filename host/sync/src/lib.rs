//! The use cases and their jobs: import, map, close

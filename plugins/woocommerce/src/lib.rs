//! The WooCommerce adapter

//! A thin face on the job engine

mod begin;

//! What may be taken for all that there is: a list that is one, of nothing but what belongs into it.

use super::Raw;

impl<'a> Raw<'a> {
    pub fn is_object(self) -> bool {
        self.json().starts_with('{')
    }

    /// Whether it is a list, empty or not, of which each element is such. Null, a text, an object, a list with null in it: they say nothing
    /// of what there is, and taken for empty would take off what there was.
    ///
    /// ```
    /// use entrepot_guest::lenient::Raw;
    /// let whole = |json| Raw::of(json).is_list_of(Raw::is_object);
    /// assert!(whole("[]") && whole(r#"[{"id":1}]"#) && whole(r#"{"0":{"id":1},"2":{"id":2}}"#));
    /// assert!(!["null", "{}", r#"{"a":1}"#, "[null]", r#"[{"id":1},7]"#, "\"\""].into_iter().any(whole));
    /// assert!(!Raw::MISSING.is_list_of(Raw::is_object));
    /// ```
    pub fn is_list_of(self, is_one: impl Fn(Raw<'a>) -> bool) -> bool {
        self.list().is_some_and(|elements| elements.into_iter().all(is_one))
    }

    /// [`Raw::is_list_of`], or the empty object that PHP makes of an empty list.
    pub fn is_php_list_of(self, is_one: impl Fn(Raw<'a>) -> bool) -> bool {
        (self.is_object() && self.is_empty()) || self.is_list_of(is_one)
    }
}

(component
  (core module (func (export "f") (result i32) i32.const 7))
  (@custom "entrepot:manifest" "id = \"example\"\npublisher = \"acme\"\nversion = \"1.2.3\"\nworld = \"entrepot:adapter@0.1.0\"\n"))

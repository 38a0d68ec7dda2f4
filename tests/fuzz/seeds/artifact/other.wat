;; The manifest first, and the publisher is somebody else.
(component
  (@custom "entrepot:manifest" "id = \"other\"\npublisher = \"other\"\nversion = \"0.0.1\"\nworld = \"entrepot:adapter@0.1.0\"\n")
  (@custom "name" "\00\02\01x"))

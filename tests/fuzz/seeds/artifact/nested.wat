;; What is inside does not speak for the artifact.
(component
  (component (@custom "entrepot:manifest" "id = \"inner\"\npublisher = \"acme\"\nversion = \"9.9.9\"\nworld = \"entrepot:adapter@0.1.0\"\n"))
  (core module (@custom "entrepot:signature" "\01\04acme"))
  (@custom "entrepot:manifest" "id = \"outer\"\npublisher = \"acme\"\nversion = \"1.0.0-rc.1\"\nworld = \"entrepot:adapter@0.1.0\"\n"))

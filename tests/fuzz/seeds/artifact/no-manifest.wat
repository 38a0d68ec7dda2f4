(component (@custom "entrepot:signature" "\01\04acme"))

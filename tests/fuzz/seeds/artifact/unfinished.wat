(component (@custom "entrepot:manifest" "id = "))

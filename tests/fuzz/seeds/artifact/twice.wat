(component (@custom "entrepot:manifest" "") (@custom "entrepot:manifest" ""))

-- name: NextNumber :one
insert into counters (org_id, kind, last) values (@org_id, @kind, 1)
on conflict (org_id, kind) do update set last = counters.last + 1
returning last;

-- name: LockNumbers :exec
insert into counters (org_id, kind, last) values (@org_id, @kind, 0)
on conflict (org_id, kind) do update set last = counters.last;

-- name: LastNumber :one
select last from counters where org_id = @org_id and kind = @kind;

-- name: InsertCustomer :exec
insert into customers (id, org_id, number, name, name_key, legal_name, abn, email, phone, terms_days, marketing_consent, archived_at, version, created_at, updated_at)
values (@id, @org_id, @number, @name, @name_key, @legal_name, @abn, @email, @phone, @terms_days, @marketing_consent, @archived_at, @version, @created_at, @updated_at);

-- name: UpdateCustomer :execrows
update customers set name = @name, name_key = @name_key, legal_name = @legal_name, abn = @abn, email = @email, phone = @phone,
  terms_days = @terms_days, marketing_consent = @marketing_consent, archived_at = @archived_at, version = version + 1, updated_at = @updated_at
where org_id = @org_id and id = @id and version = @version;

-- name: Customer :one
select * from customers where org_id = @org_id and id = @id;

-- name: CustomersNamed :many
select * from customers where org_id = @org_id and name_key = @name_key and archived_at is null limit 2;

-- name: Customers :many
select customers.id, customers.number, customers.name, customers.name_key, customers.email, customers.phone, customers.abn, customers.archived_at,
  coalesce(links.state, '') as link_state, coalesce(links.remote_id, '') as remote_id
from customers
left join links on links.org_id = customers.org_id and links.service = 'xero' and links.kind = 'contact' and links.record_id = customers.id
where customers.org_id = @org_id
  and (customers.name_key > @after_name or (customers.name_key = @after_name and customers.id > @after_id))
  and (cast(@pattern as text) = '' or customers.name_key like @pattern escape '\' or lower(customers.number) like @pattern escape '\'
    or customers.email like @pattern escape '\' or customers.abn like @pattern escape '\' or lower(customers.legal_name) like @pattern escape '\')
  and (cast(@state as text) = '' or (cast(@state as text) = 'active' and customers.archived_at is null) or (cast(@state as text) = 'archived' and customers.archived_at is not null))
order by customers.name_key, customers.id
limit @max_rows;

-- name: CustomersAfter :many
select * from customers where org_id = @org_id and id > @after order by id limit @max_rows;

-- name: CustomerKeysAfter :many
select id, number, name, abn, email, archived_at from customers where org_id = @org_id and id > @after order by id limit @max_rows;

-- name: ContactsOf :many
select * from contacts where org_id = @org_id and customer_id = @customer_id order by position, id;

-- name: AddressesOf :many
select * from addresses where org_id = @org_id and customer_id = @customer_id order by kind, id;

-- name: DeleteContactsOf :exec
delete from contacts where org_id = @org_id and customer_id = @customer_id;

-- name: DeleteAddressesOf :exec
delete from addresses where org_id = @org_id and customer_id = @customer_id;

-- name: InsertContact :exec
insert into contacts (id, org_id, customer_id, first_name, last_name, email, phone, position)
values (@id, @org_id, @customer_id, @first_name, @last_name, @email, @phone, @position);

-- name: InsertAddress :exec
insert into addresses (id, org_id, customer_id, kind, line1, line2, city, region, postal_code, country)
values (@id, @org_id, @customer_id, @kind, @line1, @line2, @city, @region, @postal_code, @country);

-- name: InsertProduct :exec
insert into products (id, org_id, sku, name, price, tax_class, active, created_at, updated_at)
values (@id, @org_id, @sku, @name, @price, @tax_class, @active, @created_at, @updated_at);

-- name: UpdateProduct :execrows
update products set sku = @sku, name = @name, price = @price, tax_class = @tax_class, active = @active, updated_at = @updated_at
where org_id = @org_id and id = @id;

-- name: Product :one
select * from products where org_id = @org_id and id = @id;

-- name: ProductBySKU :one
select * from products where org_id = @org_id and sku = @sku;

-- name: Products :many
select * from products
where org_id = @org_id and sku > @after_sku
  and (cast(@pattern as text) = '' or lower(name) like @pattern escape '\' or lower(sku) like @pattern escape '\')
  and (cast(@state as text) = '' or (cast(@state as text) = 'active' and active) or (cast(@state as text) = 'inactive' and not active))
order by sku
limit @max_rows;

-- name: InsertOrder :exec
insert into orders (id, org_id, number, customer_id, state, currency, reference, ordered_on, notes, subtotal, tax, total, version, shipped_at, created_at, updated_at)
values (@id, @org_id, @number, @customer_id, @state, @currency, @reference, @ordered_on, @notes, @subtotal, @tax, @total, @version, @shipped_at, @created_at, @updated_at);

-- name: UpdateOrder :execrows
update orders set customer_id = @customer_id, state = @state, reference = @reference, ordered_on = @ordered_on, notes = @notes,
  subtotal = @subtotal, tax = @tax, total = @total, shipped_at = @shipped_at, version = version + 1, updated_at = @updated_at
where org_id = @org_id and id = @id and version = @version;

-- name: LockOrder :execrows
update orders set version = version where org_id = @org_id and id = @id;

-- name: Order :one
select * from orders where org_id = @org_id and id = @id;

-- name: Orders :many
select orders.id, orders.number, orders.state, orders.currency, orders.ordered_on, orders.total, orders.reference, orders.customer_id, customers.name as customer_name
from orders join customers on customers.id = orders.customer_id
where orders.org_id = @org_id and orders.id < @before
  and (cast(@state as text) = '' or orders.state = @state or (cast(@state as text) = 'open' and orders.state not in ('delivered', 'cancelled')))
  and (cast(@pattern as text) = '' or lower(orders.number) like @pattern escape '\' or lower(orders.reference) like @pattern escape '\'
    or orders.customer_id in (select c.id from customers c where c.org_id = @org_id and c.name_key like @pattern escape '\'))
order by orders.id desc
limit @max_rows;

-- name: OrdersOfCustomer :many
select orders.id, orders.number, orders.state, orders.currency, orders.ordered_on, orders.total, orders.reference, orders.customer_id, customers.name as customer_name
from orders join customers on customers.id = orders.customer_id
where orders.org_id = @org_id and orders.customer_id = @customer_id and orders.id < @before
  and (cast(@state as text) = '' or orders.state = @state or (cast(@state as text) = 'open' and orders.state not in ('delivered', 'cancelled')))
  and (cast(@pattern as text) = '' or lower(orders.number) like @pattern escape '\' or lower(orders.reference) like @pattern escape '\'
    or orders.customer_id in (select c.id from customers c where c.org_id = @org_id and c.name_key like @pattern escape '\'))
order by orders.id desc
limit @max_rows;

-- name: OrderLines :many
select * from order_lines where org_id = @org_id and order_id = @order_id order by position, id;

-- name: DeleteOrderLines :exec
delete from order_lines where org_id = @org_id and order_id = @order_id;

-- name: InsertOrderLine :exec
insert into order_lines (id, org_id, order_id, product_id, position, kind, description, quantity, unit_price, discount_percent, discount_amount, tax_class, net, tax)
values (@id, @org_id, @order_id, @product_id, @position, @kind, @description, @quantity, @unit_price, @discount_percent, @discount_amount, @tax_class, @net, @tax);

-- name: InsertInvoice :exec
insert into invoices (id, org_id, number, customer_id, order_id, state, currency, reference, issued_on, due_on, subtotal, tax, total, paid, credited, paid_on, version, created_at, updated_at)
values (@id, @org_id, @number, @customer_id, @order_id, @state, @currency, @reference, @issued_on, @due_on, @subtotal, @tax, @total, @paid, @credited, @paid_on, @version, @created_at, @updated_at);

-- name: UpdateInvoice :execrows
update invoices set number = @number, customer_id = @customer_id, state = @state, reference = @reference, issued_on = @issued_on, due_on = @due_on,
  subtotal = @subtotal, tax = @tax, total = @total, paid = @paid, credited = @credited, paid_on = @paid_on, version = version + 1, updated_at = @updated_at
where org_id = @org_id and id = @id and version = @version;

-- name: LockInvoice :execrows
update invoices set version = version where org_id = @org_id and id = @id;

-- name: Invoice :one
select * from invoices where org_id = @org_id and id = @id;

-- name: InvoiceByNumber :one
select * from invoices where org_id = @org_id and number = @number;

-- name: InvoiceOfOrder :one
select * from invoices where org_id = @org_id and order_id = @order_id and state <> 'voided';

-- name: Invoices :many
select invoices.id, invoices.number, invoices.state, invoices.currency, invoices.issued_on, invoices.due_on, invoices.total,
  invoices.paid, invoices.credited, invoices.reference, invoices.customer_id, invoices.order_id, customers.name as customer_name,
  coalesce(links.state, '') as link_state, coalesce(links.remote_id, '') as remote_id
from invoices
join customers on customers.id = invoices.customer_id
left join links on links.org_id = invoices.org_id and links.service = 'xero' and links.kind = 'invoice' and links.record_id = invoices.id
where invoices.org_id = @org_id and invoices.id < @before
  and (cast(@state as text) = '' or invoices.state = @state
    or (cast(@state as text) = 'open' and invoices.state in ('issued', 'part_paid'))
    or (cast(@state as text) = 'overdue' and invoices.state in ('issued', 'part_paid') and invoices.due_on < @today))
  and (cast(@pattern as text) = '' or lower(invoices.number) like @pattern escape '\' or lower(invoices.reference) like @pattern escape '\'
    or invoices.customer_id in (select c.id from customers c where c.org_id = @org_id and c.name_key like @pattern escape '\'))
order by invoices.id desc
limit @max_rows;

-- name: InvoicesOfCustomer :many
select invoices.id, invoices.number, invoices.state, invoices.currency, invoices.issued_on, invoices.due_on, invoices.total,
  invoices.paid, invoices.credited, invoices.reference, invoices.customer_id, invoices.order_id, customers.name as customer_name,
  coalesce(links.state, '') as link_state, coalesce(links.remote_id, '') as remote_id
from invoices
join customers on customers.id = invoices.customer_id
left join links on links.org_id = invoices.org_id and links.service = 'xero' and links.kind = 'invoice' and links.record_id = invoices.id
where invoices.org_id = @org_id and invoices.customer_id = @customer_id and invoices.id < @before
  and (cast(@state as text) = '' or invoices.state = @state
    or (cast(@state as text) = 'open' and invoices.state in ('issued', 'part_paid'))
    or (cast(@state as text) = 'overdue' and invoices.state in ('issued', 'part_paid') and invoices.due_on < @today))
  and (cast(@pattern as text) = '' or lower(invoices.number) like @pattern escape '\' or lower(invoices.reference) like @pattern escape '\'
    or invoices.customer_id in (select c.id from customers c where c.org_id = @org_id and c.name_key like @pattern escape '\'))
order by invoices.id desc
limit @max_rows;

-- name: InvoicesAfter :many
select * from invoices where org_id = @org_id and id > @after and state <> 'draft' order by id limit @max_rows;

-- name: InvoiceLines :many
select * from invoice_lines where org_id = @org_id and invoice_id = @invoice_id order by position, id;

-- name: DeleteInvoiceLines :exec
delete from invoice_lines where org_id = @org_id and invoice_id = @invoice_id;

-- name: InsertInvoiceLine :exec
insert into invoice_lines (id, org_id, invoice_id, product_id, position, kind, description, quantity, unit_price, discount_percent, discount_amount, tax_class, net, tax)
values (@id, @org_id, @invoice_id, @product_id, @position, @kind, @description, @quantity, @unit_price, @discount_percent, @discount_amount, @tax_class, @net, @tax);

-- name: InsertPayment :exec
insert into payments (id, org_id, invoice_id, number, amount, paid_on, method, reference, source, reversed_at, version, created_at)
values (@id, @org_id, @invoice_id, @number, @amount, @paid_on, @method, @reference, @source, @reversed_at, @version, @created_at);

-- name: UpdatePayment :execrows
update payments set amount = @amount, paid_on = @paid_on, method = @method, reference = @reference, reversed_at = @reversed_at, version = version + 1
where org_id = @org_id and id = @id and version = @version;

-- name: Payment :one
select * from payments where org_id = @org_id and id = @id;

-- name: PaymentByNumber :one
select * from payments where org_id = @org_id and number = @number;

-- name: PaymentsAfter :many
select * from payments where org_id = @org_id and id > @after order by id limit @max_rows;

-- name: PaymentsOf :many
select * from payments where org_id = @org_id and invoice_id = @invoice_id order by paid_on, id;

-- name: InsertChange :exec
insert into changes (id, org_id, record_kind, record_id, what, actor, detail, created_at)
values (@id, @org_id, @record_kind, @record_id, @what, @actor, @detail, @created_at);

-- name: ChangesOf :many
select * from changes where org_id = @org_id and record_id = @record_id order by id desc limit @max_rows;

-- name: SumOpenInvoices :one
select count(*) as invoices, cast(coalesce(sum(total - paid - credited), 0) as bigint) as due
from invoices where org_id = @org_id and state in ('issued', 'part_paid');

-- name: SumOverdueInvoices :one
select count(*) as invoices, cast(coalesce(sum(total - paid - credited), 0) as bigint) as due
from invoices where org_id = @org_id and state in ('issued', 'part_paid') and due_on < @today;

-- name: CountOrdersIn :many
select state, count(*) as n from orders where org_id = @org_id group by state;

-- name: CountCustomers :one
select count(*) from customers where org_id = @org_id and archived_at is null;

-- name: SalesByMonth :many
select cast(substr(issued_on, 1, 7) as text) as month, count(*) as invoices, cast(sum(subtotal) as bigint) as sales
from invoices where org_id = @org_id and state in ('issued', 'part_paid', 'paid') and issued_on >= @since
group by 1 order by 1;

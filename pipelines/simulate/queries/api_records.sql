-- Order API records of each pull: every order that is new or has changed since the pull before, as it stood then.
with pulled as (
  select
    export_no,
    exported_at as pulled_at,
    coalesce(lag(exported_at) over (order by export_no), timestamp '1970-01-01') as since
  from world.exports
  where export_no between $first_pull and 99
),

changing as (
  select
    o.*,
    buyer_id(o.person, case when o.is_second_account then 2 else 1 end) as doudian_open_id,
    b.phone,
    case when o.kind = 'unpaid' then o.ordered_at + interval 30 minute end as given_up_at,
    case when o.kind not in ('unpaid', 'cancelled') then o.paid_at + interval 1 day end as shipped_at,
    case when o.kind not in ('unpaid', 'cancelled') then o.paid_at + interval 8 day end as finished_at,
    r.applied_at,
    r.closed_at,
    r.reason,
    r.item_id as refund_item_id
  from world.orders as o
  inner join world.buyers as b on o.person = b.person
  left join world.refunds as r on o.order_no = r.order_no
  where not b.is_hidden and o.platform = 'douyin'
),

changed as (
  select
    p.export_no,
    p.pulled_at,
    p.since,
    c.*,
    greatest(
      c.ordered_at,
      c.paid_at,
      case when c.given_up_at < p.pulled_at then c.given_up_at end,
      case when c.shipped_at < p.pulled_at then c.shipped_at end,
      case when c.finished_at < p.pulled_at then c.finished_at end,
      case when c.applied_at < p.pulled_at then c.applied_at end,
      case when c.closed_at < p.pulled_at then c.closed_at end
    ) as updated_at
  from changing as c
  inner join pulled as p on c.ordered_at < p.pulled_at and c.ordered_at + interval 25 day > p.since
),

stated as (
  select
    *,
    case
      when kind = 'cancelled' or given_up_at < pulled_at then 4
      when kind = 'unpaid' then 1
      when finished_at < pulled_at then 5
      when shipped_at < pulled_at then 3
      else 2
    end as order_status,
    case when kind = 'sample' then 10 when kind = 'lottery' then 11 when is_deposit then 2 else 0 end as trade_type
  from changed
  where updated_at >= since
),

cased as (
  select
    s.*,
    i.*exclude (order_no),
    p.name as product_name,
    s.applied_at < s.pulled_at and (s.refund_item_id = i.item_id or s.reason in ('full', 'unshipped')) as has_case
  from stated as s
  inner join world.items as i on s.order_no = i.order_no
  inner join planted.products as p on i.product_no = p.product_no
),

skus as (
  select
    export_no,
    order_no,
    cast(sum(paid_fen) as bigint) as paid_fen,
    cast(sum(freight_fen) as bigint) as freight_fen,
    cast(sum(discount_fen) as bigint) as discount_fen,
    string_agg(cast(to_json({
      'order_id': item_id, 'parent_order_id': order_id, 'order_status': order_status, 'trade_type': trade_type,
      'author_id': case when session_no is null then 0 else cast($author_id as bigint) end,
      'author_name': case when session_no is null then '' else '栖木家居' end,
      'room_id_str': coalesce(room_id(session_no), '0'),
      'theme_type': case when session_no is null then '0' else '1' end,
      'c_biz': case when session_no is null then 8 else 2 end,
      'c_biz_desc': case when session_no is null then '小店自卖' else '精选联盟' end,
      'sku_order_tag_ui': [
        {
          'key': case when is_ad then 'compass_source_ad_mark' else 'compass_source_not_ad_mark' end,
          'text': case when is_ad then '广告' else '非广告' end, 'extra': ''
        },
        {
          'key': 'compass_source_content_type', 'text': medium,
          'extra': '{"compass_first_level_entrance_text":"' || entry || '"}'
        }
      ],
      'product_id_str': product_id(product_no), 'product_name': product_name, 'code': 'QM-' || product_no,
      'item_num': quantity, 'origin_amount': price_fen, 'sum_amount': price_fen * quantity,
      'pay_amount': paid_fen, 'post_amount': freight_fen, 'promotion_amount': discount_fen,
      'after_sale_info': {
        'after_sale_status': case
          when not coalesce(has_case, false) then 0 when closed_at >= pulled_at then 6 when reason = 'refused' then 28
          else 12
        end,
        'refund_status': case
          when not coalesce(has_case, false) or reason = 'refused' then 0 when closed_at >= pulled_at then 1 else 3
        end
      }
    }) as varchar), ',' order by n) as sku_order_list
  from cased
  group by export_no, order_no
)

select
  s.export_no,
  left(cast(to_json({
    'order_id': s.order_id, 'shop_id': cast($shop_id as bigint), 'shop_name': $shop_name,
    'doudian_open_id': s.doudian_open_id,
    'order_status': s.order_status, 'order_type': 0, 'biz': 2, 'b_type': 2, 'pay_type': 1 + s.order_no % 2,
    'create_time': epoch_seconds(s.ordered_at),
    'pay_time': coalesce(epoch_seconds(s.paid_at), 0),
    'update_time': epoch_seconds(s.updated_at),
    'ship_time': case when s.order_status in (3, 5) then epoch_seconds(s.shipped_at) else 0 end,
    'finish_time': case when s.order_status = 5 then epoch_seconds(s.finished_at) else 0 end,
    'order_amount': k.paid_fen + k.discount_fen, 'pay_amount': k.paid_fen, 'post_amount': k.freight_fen,
    'promotion_amount': k.discount_fen,
    'encrypt_post_tel': '##' || coded('phone/' || s.phone),
    'mask_post_tel': left(s.phone, 3) || '****' || right(s.phone, 4),
    'cancel_reason': case
      when s.kind = 'cancelled' then '不想要了' when s.kind = 'unpaid' and s.order_status = 4 then '超时未支付' else ''
    end
  }) as varchar), -1) || ',"sku_order_list":[' || k.sku_order_list || ']}' as record
from stated as s
inner join skus as k on s.export_no = k.export_no and s.order_no = k.order_no
order by s.export_no, s.updated_at, s.order_no

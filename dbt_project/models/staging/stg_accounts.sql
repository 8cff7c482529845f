select
    account_key,
    platform,
    account_name,
    is_owned
from {{ source('raw', 'accounts') }}

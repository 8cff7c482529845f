select * from {{ source('raw', 'rejects') }}

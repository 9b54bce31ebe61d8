with ydelsesgrupper as (
    select * from {{ ref('int_ydelsesgrupper') }}
),

final as (
    select
        tabel_id,
        dimensioner,
        ydelsesgruppe,
        begreb,
        oversigt_nr,
        oversigt_navn,
        foraelder_nr,
        oversigt_fra,
        oversigt_til
    from ydelsesgrupper
    where tabel_id is not null
)

select * from final
order by tabel_id, dimensioner

with obs as (
    select * from {{ ref('int_obs') }}
),

grupper as (
    select * from {{ ref('ydelsesgrupper') }}
    where tabel_id is not null
),

brugte as (
    select distinct
        obs.tabel_id,
        obs.dimensioner
    from obs
    semi join grupper
        on obs.tabel_id = grupper.tabel_id
),

-- `_aldera=20-24 år|_viskat_1kth=Jobparat` is the age part of the group `_viskat_1kth=Jobparat`.
passende as (
    select
        brugte.tabel_id,
        brugte.dimensioner,
        grupper.dimensioner as gruppe_dimensioner,
        grupper.ydelsesgruppe,
        grupper.begreb,
        len(string_split(coalesce(grupper.dimensioner, ''), '|'))
        - cast(grupper.dimensioner is null as integer) as antal_dele
    from brugte
    inner join grupper
        on
            brugte.tabel_id = grupper.tabel_id
            and {{ gaelder('brugte.dimensioner', 'grupper.dimensioner') }}
),

final as (
    select
        tabel_id,
        dimensioner,
        ydelsesgruppe,
        begreb
    from passende
    qualify row_number() over (
        partition by tabel_id, dimensioner order by antal_dele desc, gruppe_dimensioner asc
    ) = 1
)

select * from final
